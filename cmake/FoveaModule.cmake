# fovea_module(NAME [LINKS target...] [PRIVATE_LINKS target...] [TEST_LINKS target...] [PRECOMPILE header...]
#   [LONG suite...])
#
# One module in src/NAME: the library fovea_NAME, and beside it what the file names say:
#   x_test.cpp   one test program fovea_NAME_test, its suites registered with ctest (label unit)
#   x_fuzz.cpp   one fuzzer each, fovea_NAME_x_fuzz, run briefly by ctest (label fuzz)
#   x_bench.cpp  one program fovea_NAME_bench
# LINKS are public (the modules it may include), PRIVATE_LINKS its own libraries, TEST_LINKS what only
# the tests need, PRECOMPILE large headers of its libraries that most of its sources include, LONG the suites
# that take more than five seconds of a processor (label long as well).
if(BUILD_TESTING)
  include(FoveaSuites)
  find_package(GTest REQUIRED)
endif()
find_package(benchmark QUIET)

function(fovea_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    -Wold-style-cast -Woverloaded-virtual -Wno-missing-field-initializers
    # GCC 12 sees overlaps in "literal" + std::string that are none (its bug 105329),
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
  if(FOVEA_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  else()
    # and overflows (105651) at -O3: `dev` keeps looking for true ones.
    target_compile_options(${target} PRIVATE
      "$<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow;-Wno-array-bounds>")
  endif()
  if(FOVEA_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${FOVEA_SANITIZE}
      -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${FOVEA_SANITIZE})
  endif()
  # A precompiled header that says when it was made would never be the one in the compiler's cache.
  target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endfunction()

# What fuzzers look into: libraries, for a test would only take longer.
function(fovea_fuzzed target)
  if(FOVEA_FUZZERS)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# Headers that nearly every source includes are compiled once for all libraries and once for all programs of
# tests, whose flags differ. A source includes what it needs all the same: the preset `dev` builds without.
option(FOVEA_PRECOMPILE "Precompile headers that nearly all sources include" ON)
# Several sources of one kind are compiled as one: they share the headers and the templates, which take longer than
# what they say themselves. So their names differ, also those in anonymous namespaces; `dev` compiles each alone.
option(FOVEA_UNITY "Compile the sources of tests by groups" ON)
set(fovea_common_headers <algorithm> <atomic> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <set>
  <span> <stop_token> <string> <string_view> <thread> <utility> <variant> <vector> <fmt/format.h>)
set(fovea_test_flags -O0)  # compiled sooner; the code that it tests is optimised
if(FOVEA_PRECOMPILE)
  file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "int main() { return 0; }\n")
  add_library(fovea_precompiled STATIC ${CMAKE_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(fovea_precompiled PRIVATE fmt::fmt)
  fovea_options(fovea_precompiled)
  fovea_fuzzed(fovea_precompiled)
  target_precompile_headers(fovea_precompiled PRIVATE ${fovea_common_headers})
  if(BUILD_TESTING)
    add_executable(fovea_precompiled_test EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/precompiled.cpp)
    target_link_libraries(fovea_precompiled_test PRIVATE fmt::fmt GTest::gmock)
    fovea_options(fovea_precompiled_test)
    target_compile_options(fovea_precompiled_test PRIVATE ${fovea_test_flags})
    target_precompile_headers(fovea_precompiled_test PRIVATE ${fovea_common_headers} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
endif()

# fovea_precompile(TARGET FROM): as the target FROM, one of the two above.
function(fovea_precompile target from)
  if(FOVEA_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()

# fovea_sources(OUT GLOB...): the files of this folder whose names match, relative to it.
function(fovea_sources out)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${ARGN})
  set(${out} ${files} PARENT_SCOPE)
endfunction()

function(fovea_module name)
  cmake_parse_arguments(arg "" "" "LINKS;PRIVATE_LINKS;TEST_LINKS;EXCLUDE;PRECOMPILE;LONG" ${ARGN})
  fovea_sources(sources *.cpp)
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cpp$|^main\\.cpp$")
  if(arg_EXCLUDE)
    list(REMOVE_ITEM sources ${arg_EXCLUDE})
  endif()
  if(NOT sources)
    return()
  endif()
  add_library(fovea_${name} STATIC ${sources})
  target_include_directories(fovea_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(fovea_${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
  fovea_options(fovea_${name})
  fovea_fuzzed(fovea_${name})
  if(arg_PRECOMPILE AND FOVEA_PRECOMPILE)
    target_precompile_headers(fovea_${name} PRIVATE ${fovea_common_headers} ${arg_PRECOMPILE})
  else()
    fovea_precompile(fovea_${name} fovea_precompiled)
  endif()
  set(fovea_long_suites ${arg_LONG})
  fovea_module_tests(${name} fovea_${name} ${arg_TEST_LINKS})
endfunction()

# The tests, fuzzers and benchmarks of a module whose code is in LIBRARY.
function(fovea_module_tests name library)
  fovea_sources(tests *_test.cpp)
  if(FOVEA_TEST_MODULES AND NOT name IN_LIST FOVEA_TEST_MODULES)
    return()
  endif()
  if(tests AND BUILD_TESTING)
    add_executable(fovea_${name}_test ${tests})
    target_link_libraries(fovea_${name}_test PRIVATE ${library} ${ARGN} GTest::gmock GTest::gtest_main)
    fovea_options(fovea_${name}_test)
    target_compile_options(fovea_${name}_test PRIVATE ${fovea_test_flags})
    fovea_precompile(fovea_${name}_test fovea_precompiled_test)
    set_target_properties(fovea_${name}_test PROPERTIES UNITY_BUILD ${FOVEA_UNITY} UNITY_BUILD_BATCH_SIZE 6)
    add_dependencies(unit_tests fovea_${name}_test)
    fovea_test_suites(fovea_${name}_test ${FOVEA_TEST_PREFIX}${name}. ${fovea_long_suites})
  endif()
  fovea_sources(fuzzers *_fuzz.cpp)
  if(FOVEA_FUZZERS)
    foreach(source ${fuzzers})
      string(REPLACE ".cpp" "" stem ${source})
      fovea_fuzzer(fovea_${name}_${stem} ${source} ${library})
    endforeach()
  endif()
  fovea_sources(benches *_bench.cpp)
  if(benches AND benchmark_FOUND AND NOT FOVEA_SANITIZE)
    add_executable(fovea_${name}_bench ${benches})
    target_link_libraries(fovea_${name}_bench PRIVATE ${library} benchmark::benchmark_main)
    fovea_options(fovea_${name}_bench)
  endif()
endfunction()

# A fuzzer: its corpus is corpus/<stem>/ beside the source; findings go to the build folder. What
# it takes of libFuzzer's options, such as the longest input that the code has to stand (without it
# 4096 bytes), is in <stem>_fuzz.options, as OSS-Fuzz writes it: "[libfuzzer]", then "max_len = N".
function(fovea_fuzzer target source library)
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE ${library})
  fovea_options(${target})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  string(REGEX REPLACE "_fuzz\\.cpp$" "" stem ${source})
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${stem})
  fovea_sources(options ${stem}_fuzz.options)
  set(settings)
  if(options)
    set(options ${CMAKE_CURRENT_SOURCE_DIR}/${options})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${options})
    file(STRINGS ${options} settings REGEX "^[a-z_]+ = [0-9]+$")
    list(TRANSFORM settings REPLACE "^([a-z_]+) = ([0-9]+)$" "-\\1=\\2")
  endif()
  set(work ${CMAKE_BINARY_DIR}/fuzz/${target})
  file(MAKE_DIRECTORY ${work})
  set(corpus_argument)
  if(EXISTS ${corpus})
    set(corpus_argument ${corpus})
  endif()
  add_test(NAME ${FOVEA_TEST_PREFIX}fuzz.${target} COMMAND ${target} -max_total_time=5 -timeout=10 -rss_limit_mb=2048
    ${settings} -artifact_prefix=${work}/ ${work} ${corpus_argument})
  set_tests_properties(${FOVEA_TEST_PREFIX}fuzz.${target} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()

# A plug-in in src/NAME: lib/fovea/libfovea_NAME.so, opened at run time (core/plugin.h). Its code is a
# module of its own, so that its tests link it directly.
function(fovea_plugin name)
  fovea_module(${name} ${ARGN} EXCLUDE plugin.cpp)
  add_library(fovea_${name}_plugin MODULE plugin.cpp)
  target_link_libraries(fovea_${name}_plugin PRIVATE fovea_${name})
  fovea_options(fovea_${name}_plugin)
  add_dependencies(product fovea_${name}_plugin)
  set_target_properties(fovea_${name}_plugin PROPERTIES OUTPUT_NAME fovea_${name}
    CXX_VISIBILITY_PRESET hidden BUILD_RPATH_USE_ORIGIN ON INSTALL_RPATH "$ORIGIN")
  install(TARGETS fovea_${name}_plugin LIBRARY DESTINATION lib/fovea)
endfunction()
