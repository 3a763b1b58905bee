# fovea_test_suites(TARGET PREFIX [LONG_SUITE...]): the suites of a GoogleTest program as tests of ctest, a process
# each: to start one for each case takes longer than most cases do, and loads libraries such as LibTorch anew.
# Which there are is found out when ctest runs. They have the label unit; those that take more than five seconds
# of a processor are named, and have the label long as well.
function(fovea_test_suites target prefix)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake)
  file(GENERATE OUTPUT ${script} CONTENT
    "set(program [[$<TARGET_FILE:${target}>]])\nset(prefix [[${prefix}]])\nset(long_suites [[${ARGN}]])\ninclude([[${CMAKE_SOURCE_DIR}/cmake/AddSuites.cmake]])\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()
