#include "tests/redis_bridge/redis_store.hpp"

#define QUIPU_CONTRACT_STORES quipu::contract::redis_store_of_eight
#include "tests/contract/suite.hpp"
