# Finds LMDB, which brings a .pc file but no CMake config. Defines LMDB::lmdb.
find_path(LMDB_INCLUDE_DIR lmdb.h)
find_library(LMDB_LIBRARY lmdb)
mark_as_advanced(LMDB_INCLUDE_DIR LMDB_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LMDB REQUIRED_VARS LMDB_LIBRARY LMDB_INCLUDE_DIR)

if(LMDB_FOUND AND NOT TARGET LMDB::lmdb)
  add_library(LMDB::lmdb UNKNOWN IMPORTED)
  set_target_properties(LMDB::lmdb PROPERTIES IMPORTED_LOCATION ${LMDB_LIBRARY})
  if(NOT LMDB_INCLUDE_DIR STREQUAL "/usr/include")
    set_property(TARGET LMDB::lmdb PROPERTY INTERFACE_INCLUDE_DIRECTORIES ${LMDB_INCLUDE_DIR})
  endif()
endif()
