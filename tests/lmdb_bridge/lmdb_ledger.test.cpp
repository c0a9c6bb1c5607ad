#include "tests/lmdb_bridge/lmdb_store.hpp"

#define QUIPU_CONTRACT_STORES quipu::contract::lmdb_sync, quipu::contract::lmdb_relaxed
#include "tests/contract/suite.hpp"
