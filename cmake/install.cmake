# What `cmake --install` adds to the rooms' libraries and headers, so that find_package(quipu) finds them.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/quipu)
if(TARGET quipu_all)
  install(TARGETS quipu_all EXPORT quipu)
endif()
install(EXPORT quipu NAMESPACE quipu:: FILE quipuTargets.cmake DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/quipuConfig.cmake.in
  ${PROJECT_BINARY_DIR}/quipuConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/quipuConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/quipuConfig.cmake ${PROJECT_BINARY_DIR}/quipuConfigVersion.cmake
  cmake/FindCAF.cmake cmake/FindLMDB.cmake DESTINATION ${package_dir})
# What the README and the pages for users lead to, in the same places beside each other.
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs configs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY apps/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}/apps)
foreach(room collation flows lmdb_bridge redis_bridge actors apps)
  install(FILES ${room}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/${room})
endforeach()
