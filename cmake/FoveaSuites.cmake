# fovea_test_suites(TARGET PREFIX): the suites of a GoogleTest program as tests of ctest (label unit), a
# process each: to start one for each case takes longer than most cases do, three times as often where
# a library such as LibTorch is loaded. Which there are is found out when ctest runs.
function(fovea_test_suites target prefix)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake)
  file(GENERATE OUTPUT ${script} CONTENT
    "set(program [[$<TARGET_FILE:${target}>]])\nset(prefix [[${prefix}]])\ninclude([[${CMAKE_SOURCE_DIR}/cmake/AddSuites.cmake]])\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()
