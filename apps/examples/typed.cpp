/// A struct in, a struct out: an input that is no `parcel` is an error 422 that says where.
///
///     quipu_typed --store lmdb:/tmp/typed --deploy configs/examples/typed.yaml
///     quipu run parcel.offered '{"city": "Cusco", "kilos": [1.5, 2]}' --data /tmp/typed

#include <quipu/node.hpp>

#include <numeric>

struct parcel {
  std::string city;
  std::vector<double> kilos;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(parcel, city, kilos)

struct price {
  double amount = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(price, amount)

int main(int argc, char** argv) {
  quipu::node node{argc, argv};
  node.serve("work.price", [](const parcel& what) {
    return price{std::accumulate(what.kilos.begin(), what.kilos.end(), 2.5)};
  });
  return node.run();
}
