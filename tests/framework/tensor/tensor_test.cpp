#include "heed/framework/tensor/tensor.h"

#include <algorithm>
#include <cmath>

#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::tensor_test {
namespace {}  // namespace

TEST_CASE("a default tensor is undefined and a new one is a row-major f32 leaf") {
  CHECK_FALSE(Tensor().defined());
  const Tensor x = Tensor::empty({2, 3});
  CHECK(x.defined());
  CHECK(x.dtype() == DType::f32);
  CHECK(x.shape() == Shape{2, 3});
  CHECK(x.strides() == Strides{3, 1});
  CHECK(x.offset() == 0);
  CHECK(x.numel() == 6);
  CHECK(x.dim() == 2);
  CHECK(x.size(-1) == 3);
  CHECK(x.is_contiguous());
  CHECK(x.is_leaf());
  CHECK_FALSE(x.requires_grad());
  CHECK(reinterpret_cast<uintptr_t>(x.data<float>()) % 64 == 0);
  CHECK(message_of([&] { x.size(2); }) ==
        "size: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1");
  CHECK(message_of([] { scalar(1).size(0); }) == "size: dim 0 of a 0-d tensor");
}

TEST_CASE("elements are read as the tensor's dtype only") {
  CHECK(message_of([] { zeros({2}).data<double>(); }) ==
        "data: the tensor is f32, requested as f64; write .to(DType::f64)");
  CHECK(message_of([] { zeros({2}, DType::i64).to_vector<bool>(); }) ==
        "data: the tensor is i64, requested as bool; write .to(DType::boolean)");
}

TEST_CASE("item reads the only element of any dtype") {
  CHECK(scalar(2.5).item() == 2.5);
  CHECK(full({1, 1}, -3, DType::i64).item() == -3);
  CHECK(full({1}, 1, DType::boolean).item() == 1);
  CHECK(arange(5).select(0, 3).item() == 3);
  CHECK(message_of([] {
          zeros({2, 1}).item();
        }) == "item: needs exactly one element, got shape [2, 1] with 2");
  CHECK(message_of([] { zeros({0}).item(); }) ==
        "item: needs exactly one element, got shape [0] with 0");
}

TEST_CASE("to_vector reads strided, expanded and empty tensors in row-major order") {
  const Tensor x = arange(0, 6, 1, DType::f64).view({2, 3});
  CHECK(values(x) == Values{0, 1, 2, 3, 4, 5});
  CHECK(values(x.transpose(0, 1)) == Values{0, 3, 1, 4, 2, 5});
  CHECK(values(x.slice(1, 1, 3)) == Values{1, 2, 4, 5});
  CHECK(values(x.slice(1, 0, 3, 2)) == Values{0, 2, 3, 5});
  CHECK(values(x.select(0, 1).unsqueeze(0).expand({2, 3})) == Values{3, 4, 5, 3, 4, 5});
  CHECK(values(scalar(7, DType::f64)) == Values{7});
  CHECK(values(zeros({2, 0}, DType::f64)).empty());
  CHECK(tensor<bool>({true, false}).to_vector<bool>() == std::vector<bool>{true, false});
}

TEST_CASE("factories fill what they promise") {
  CHECK(values(ones({2}, DType::f64)) == Values{1, 1});
  CHECK(full({2}, -2, DType::i64).to_vector<int64_t>() == std::vector<int64_t>{-2, -2});
  CHECK(message_of([] { full({2}, 2.9, DType::i64); }) ==
        "full: 2.9 is not representable as i64, the dtype of the tensor; write .to(DType::f32) on "
        "it");
  CHECK(full({1}, 0.5, DType::boolean).to_vector<bool>() == std::vector<bool>{true});
  CHECK(values(eye(2, DType::f64)) == Values{1, 0, 0, 1});
  CHECK(eye(0).shape() == Shape{0, 0});
  CHECK(arange(3).to_vector<int64_t>() == std::vector<int64_t>{0, 1, 2});
  CHECK(arange(0).shape() == Shape{0});
  CHECK(values(arange(1, 2, 0.25, DType::f64)) == Values{1, 1.25, 1.5, 1.75});
  CHECK(values(arange(3, 0, -2, DType::f64)) == Values{3, 1});
  CHECK(zeros_like(arange(2)).dtype() == DType::i64);
  CHECK(ones_like(zeros({2, 3}, DType::f64).transpose(0, 1)).is_contiguous());
  CHECK(message_of([] { arange(0, 3, 0); }) == "arange: no steps of 0 lead from 0 to 3");
  CHECK(message_of([] { arange(0, 3, -1); }) == "arange: no steps of -1 lead from 0 to 3");
  CHECK(message_of([] { arange(0, std::nan("")); }) == "arange: no steps of 1 lead from 0 to nan");
  CHECK(message_of([] { arange(0, 1e300); }) == "arange: no steps of 1 lead from 0 to 1e+300");
  CHECK(message_of([] {
          from_values<double>({1, 2, 3}, {2});
        }) == "from_values: 3 values do not fill shape [2] of 2");
  CHECK(message_of([] { zeros({2, -1}); }) == "shape: a size is negative: [2, -1]");
}

TEST_CASE("random factories are functions of their stream and stay in their range") {
  const auto draw = [](DType dtype) {
    Rng rng(stream(3, Purpose::user));
    return rand({1000}, rng, dtype);
  };
  CHECK(values(draw(DType::f64)) == values(draw(DType::f64)));
  for (const float v : draw(DType::f32).to_vector<float>()) CHECK((v >= 0 && v < 1));
  CHECK(values(normal({5}, 1)) != values(normal({5}, 2)));
  Rng rng(stream(4, Purpose::user));
  for (const int64_t v : randint(-2, 3, {500}, rng).to_vector<int64_t>()) CHECK((v >= -2 && v < 3));
  std::vector<int64_t> order = randperm(20, rng).to_vector<int64_t>();
  CHECK(order != arange(20).to_vector<int64_t>());
  std::sort(order.begin(), order.end());
  CHECK(order == arange(20).to_vector<int64_t>());
  CHECK(randperm(0, rng).shape() == Shape{0});
  CHECK(message_of([&] { rand({2}, rng, DType::i64); }) ==
        "rand: takes f32 or f64, got i64; write .to(DType::f32)");
  CHECK(message_of([&] { randn({2}, rng, DType::boolean); }) ==
        "randn: takes f32 or f64, got bool; write .to(DType::f32)");
}

TEST_CASE("copies and views share elements, clones do not") {
  const Tensor x = arange(0, 6, 1, DType::f64).view({2, 3});
  const Tensor copy = x;
  const Tensor view = x.transpose(0, 1).select(0, 2);
  const Tensor twin = x.clone();
  CHECK(copy.is_same(x));
  CHECK_FALSE(view.is_same(x));
  CHECK(view.storage() == x.storage());
  CHECK_FALSE(twin.storage() == x.storage());
  fill_(view, 9);
  CHECK(values(x) == Values{0, 1, 9, 3, 4, 9});
  CHECK(values(copy) == values(x));
  CHECK(values(twin) == Values{0, 1, 2, 3, 4, 5});
}

TEST_CASE("views share the version of their elements and the name of the last writer") {
  const Tensor x = zeros({2, 3});
  const Tensor view = x.select(0, 1).detach();
  const Tensor twin = x.clone();
  CHECK(x.storage().version() == 0);
  CHECK(x.storage().writer() == nullptr);
  add_(view, ones({3}));
  CHECK(x.storage().version() == 1);
  CHECK(std::string(x.storage().writer()) == "add_");
  zero_(x);
  CHECK(view.storage().version() == 2);
  CHECK(std::string(view.storage().writer()) == "zero_");
  CHECK(twin.storage().version() == 0);
}

TEST_CASE("a view keeps the elements alive after the tensor it was made from") {
  const heed::testing::Held before;
  {
    Tensor view;
    {
      const Tensor x = arange(0, 4, 1, DType::f64);
      view = x.slice(0, 1, 3);
    }
    CHECK(values(view) == Values{1, 2});
  }
  CHECK(heed::testing::Held() == before);
}

TEST_CASE("alias refuses what leaves the storage, also where the sums overflow") {
  const Tensor x = zeros({2, 3});
  const auto message = [&](const Shape& shape, const Strides& strides, int64_t offset) {
    return heed::testing::message_of([&] { x.alias(shape, strides, offset); });
  };
  constexpr int64_t huge = int64_t{1} << 62;
  CHECK(message({3, 2}, {1, 3}, 0) == "no error");
  CHECK(message({3}, {-2}, 4) == "no error");
  CHECK(message({0, huge}, {huge, huge}, 6) == "no error");
  CHECK(message({1}, {huge}, 5) == "no error");
  CHECK(message({7}, {1}, 0) ==
        "alias: shape [7] with strides [1] and offset 0 leaves the storage, which has 6 elements");
  CHECK(
      message({4}, {-2}, 5).starts_with("alias: shape [4] with strides [-2] and offset 5 leaves"));
  CHECK(message({}, {}, 6).find("leaves the storage") != std::string::npos);
  CHECK(message({0}, {1}, 7) == "no error");
  CHECK(message({1}, {1}, -1).find("leaves the storage") != std::string::npos);
  CHECK(message({5, 5}, {huge, huge}, 0).find("leaves the storage") != std::string::npos);
  CHECK(message({3, 3}, {huge, -huge}, 0).find("leaves the storage") != std::string::npos);
  CHECK(message({2, 3}, {1}, 0) == "alias: shape [2, 3] needs as many strides, got [1]");
  CHECK(heed::testing::message_of([] { Tensor().alias({1}, {1}, 0); }).find("undefined") !=
        std::string::npos);
}

}  // namespace heed::testing::tensor_test
