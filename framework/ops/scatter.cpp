#include "heed/framework/ops/scatter.h"

#include <vector>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/division.h"
#include "heed/framework/kernels/gather.h"
#include "heed/framework/kernels/order.h"
#include "heed/framework/kernels/place.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// The elements of `source` that `index` has.
Tensor fitted(const char* op, const Tensor& index, const Tensor& source) {
  if (source.shape() == index.shape()) return source;
  if (index.numel() == 0) {
    return reshape(slice(reshape(source, {source.numel()}), 0, 0, 0), index.shape());
  }
  bool fits = source.dim() == index.dim();
  for (int64_t d = 0; fits && d < index.dim(); ++d) fits = index.shape()[d] <= source.shape()[d];
  if (!fits) {
    throw ShapeError(op, ": source ", source.shape(), " must have the rank of index ",
                     index.shape(), " and no smaller sizes");
  }
  Tensor part = source;
  for (int64_t d = 0; d < index.dim(); ++d) part = slice(part, d, 0, index.shape()[d]);
  return part;
}

/// Which elements of `index` write to a place that a later one writes to.
Tensor overwritten(const Shape& shape, int64_t dim, const Tensor& index) {
  const Tensor order = reshape(arange(index.numel()), index.shape());
  const Tensor last = scatter(zeros(shape, DType::i64), dim, index, order);
  return ne(gather(last, dim, index), order);
}

Tensor record_scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  const Tensor places = kernels::gathered_places(x.shape(), dim, index);
  Tensor y = kernels::write_at("scatter", x, places, source, kernels::Writing::last);
  if (!is_floating(x.dtype())) return y;
  return record(
      "scatter", std::move(y),
      {{x, [dim, index = Saved(index)](const Tensor& g) { return scatter(g, dim, index, 0); }},
       {source, [dim, index = Saved(index)](const Tensor& g) {
          return masked_fill(gather(g, dim, index), overwritten(g.shape(), dim, index), 0);
        }}});
}

/// What has been checked of a scatter_reduce.
struct Joining {
  const Tensor& x;
  int64_t dim;
  const Tensor& index;
  Tensor source;  // of index's shape
  bool include_self;
};

Tensor joined_sum(const Joining& of) {
  const Tensor start = of.include_self ? of.x : scatter(of.x, of.dim, of.index, 0);
  return scatter_add(start, of.dim, of.index, of.source);
}

Tensor joined_mean(const Joining& of) {
  Tensor count = ones(of.x.shape(), DType::i64);
  if (!of.include_self) count = scatter(count, of.dim, of.index, 0);
  count = scatter_add(count, of.dim, of.index, ones(of.index.shape(), DType::i64));
  const Tensor total = joined_sum(of);
  if (is_floating(total.dtype())) return total / count.to(total.dtype());
  return kernels::divide(kernels::Division::floor, total, count);
}

/// Gradients of the extremes `y`: elements equal to one share its gradient evenly.
Gradients extreme_gradients(const Tensor& g, const Tensor& y, const Tensor& x, const Tensor& source,
                            const Tensor& index, int64_t dim, bool include_self) {
  const Tensor best = y.detach();
  const Tensor written = scatter(zeros(x.shape(), DType::boolean), dim, index, 1);
  const Tensor own = include_self ? eq(x, best) : zeros(x.shape(), DType::boolean);
  const Tensor stays = where(written, own, ones(x.shape(), DType::boolean)).to(g.dtype());
  const Tensor chosen = eq(source, gather(best, dim, index)).to(g.dtype());
  const Tensor each = g / scatter_add(stays, dim, index, chosen);
  return {include_self ? stays * each : masked_fill(g, written, 0),
          chosen * gather(each, dim, index)};
}

Tensor joined_extreme(const Joining& of, kernels::Writing writing) {
  constexpr const char* op = "scatter_reduce";
  const Tensor places = kernels::gathered_places(of.x.shape(), of.dim, of.index);
  const Tensor start = of.include_self
                           ? of.x.detach()
                           : kernels::write_at(op, of.x, places, of.source, kernels::Writing::last);
  Tensor y = kernels::write_at(op, start, places, of.source, writing);
  if (!is_floating(y.dtype())) return y;
  return record(op, std::move(y), {of.x, of.source},
                [x = Saved(of.x), source = Saved(of.source), index = Saved(of.index), dim = of.dim,
                 include_self = of.include_self](const Tensor& g, const Tensor& y_, const Wanted&) {
                  return extreme_gradients(g, y_, x, source, index, dim, include_self);
                });
}

Tensor list_of(const std::vector<int64_t>& values) {
  return from_values(values, {static_cast<int64_t>(values.size())});
}

/// Neighbours at equal places, sorted, are multiplied in pairs until each place has one: like prod,
/// without a division, so that zeros do no harm.
Tensor joined_product(const Joining& of) {
  const int64_t count = of.index.numel();
  const Tensor places = reshape(kernels::gathered_places(of.x.shape(), of.dim, of.index), {count});
  const Tensor order = kernels::argsort(places, 0, false);
  auto at = kernels::index_select(places, 0, order).to_vector<int64_t>();
  Tensor values = index_select(reshape(of.source, {count}), 0, order);
  const Tensor one = ones({1}, values.dtype());
  for (bool paired = true; paired;) {
    std::vector<int64_t> left, right, kept;
    paired = false;
    for (size_t i = 0, next = 0; i < at.size(); i = next) {
      const bool pair = i + 1 < at.size() && at[i] == at[i + 1];
      next = i + (pair ? 2 : 1);
      left.push_back(static_cast<int64_t>(i));
      right.push_back(static_cast<int64_t>(pair ? i + 1 : at.size()));  // the last is the one
      kept.push_back(at[i]);
      paired = paired || pair;
    }
    if (!paired) break;
    values = index_select(values, 0, list_of(left)) *
             index_select(cat({values, one}), 0, list_of(right));
    at = std::move(kept);
  }
  const Tensor flat = reshape(of.x, {of.x.numel()}), targets = list_of(at);
  if (of.include_self) values = values * index_select(flat, 0, targets);
  return reshape(scatter(flat, 0, targets, values), of.x.shape());
}

/// `index` once for each slice of `shape`, to scatter whole slices.
Tensor slice_index(const Tensor& index, int64_t dim, const Shape& shape) {
  if (shape.empty()) return reshape(index, {});
  Shape along = IntList::filled(shape.size(), 1);
  along[dim] = index.numel();
  return expand(reshape(index, along), shape);
}

}  // namespace

Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  const int64_t d = normalize_dim("scatter", dim, x.dim());
  check_same_dtype("scatter", x, source);
  check_gather("scatter", x, d, index);
  return record_scatter(x, d, index, fitted("scatter", index, source));
}

Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, double value) {
  const int64_t d = normalize_dim("scatter", dim, x.dim());
  check_value_fits("scatter", x.dtype(), value);
  check_gather("scatter", x, d, index);
  return record_scatter(x, d, index, expand(scalar(value, x.dtype()), index.shape()));
}

Tensor scatter_reduce(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source,
                      ScatterReduction reduction, bool include_self) {
  constexpr const char* op = "scatter_reduce";
  const int64_t d = normalize_dim(op, dim, x.dim());
  check_number(op, x.dtype());
  check_same_dtype(op, x, source);
  check_gather(op, x, d, index);
  const Joining of{x, d, index, fitted(op, index, source), include_self};
  switch (reduction) {
    case ScatterReduction::sum:
      return joined_sum(of);
    case ScatterReduction::prod:
      return joined_product(of);
    case ScatterReduction::mean:
      return joined_mean(of);
    case ScatterReduction::amax:
      return joined_extreme(of, kernels::Writing::largest);
    case ScatterReduction::amin:
      break;
  }
  return joined_extreme(of, kernels::Writing::smallest);
}

Tensor index_copy(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  const int64_t d = normalize_dim("index_copy", dim, x.dim());
  check_same_dtype("index_copy", x, source);
  check_index_list("index_copy", x, d, index);
  Shape expected = x.shape();
  if (x.dim() > 0) expected[d] = index.numel();
  if (source.shape() != expected) {
    throw ShapeError("index_copy: source must be ", expected, " for x ", x.shape(), " and ",
                     index.numel(), " indices, got ", source.shape());
  }
  return record_scatter(x, d, slice_index(index, d, expected), source);
}

Tensor index_fill(const Tensor& x, int64_t dim, const Tensor& index, double value) {
  const int64_t d = normalize_dim("index_fill", dim, x.dim());
  check_value_fits("index_fill", x.dtype(), value);
  check_dtype("index_fill", "index", index, DType::i64);
  const Tensor wrapped = kernels::indices_from_front("index_fill", index, size_along(x, d));
  check_index_list("index_fill", x, d, wrapped);
  Shape shape = x.shape();
  if (x.dim() > 0) shape[d] = index.numel();
  return scatter(x, d, slice_index(wrapped, d, shape), value);
}

namespace {

/// Indices as index_put takes them, as indices of one dimension each, counting from the front.
std::vector<Tensor> indices_of_dims(const Tensor& x, std::span<const Tensor> indices) {
  constexpr const char* op = "index_put";
  std::vector<Tensor> all;
  const auto dims_left = [&] { return x.dim() - static_cast<int64_t>(all.size()); };
  for (const Tensor& index : indices) {
    const bool is_mask = index.dtype() == DType::boolean;
    const int64_t dims = is_mask ? index.dim() : 1, first = static_cast<int64_t>(all.size());
    if (dims == 0 || dims > dims_left()) {
      throw ShapeError(op, ": index ", index.shape(), " stands for ", dims, " dimensions, but ",
                       dims_left(), " of x ", x.shape(), " are left");
    }
    if (!is_mask) {
      check_dtype(op, "index", index, DType::i64);
      all.push_back(kernels::indices_from_front(op, index, x.shape()[first]));
      continue;
    }
    const Tensor places = nonzero(index);
    for (int64_t d = 0; d < dims; ++d) {
      if (index.shape()[d] != x.shape()[first + d]) {
        throw ShapeError(op, ": mask ", index.shape(), " does not fit x ", x.shape(), " from dim ",
                         first, " on");
      }
      all.push_back(select(places, 1, d));
    }
  }
  return all;
}

/// The places in row-major order of x[indices…], in its shape.
Tensor indexed_places(const Tensor& x, const std::vector<Tensor>& indices) {
  Shape shape;
  for (const Tensor& index : indices) shape = broadcast_shapes("index_put", shape, index.shape());
  const Strides strides = contiguous_strides(x.shape());
  const int64_t own = static_cast<int64_t>(indices.size());
  Tensor places = zeros(shape, DType::i64);
  for (int64_t d = 0; d < own; ++d) {
    places = places + indices[static_cast<size_t>(d)] * static_cast<double>(strides[d]);
  }
  for (int64_t d = own; d < x.dim(); ++d) {
    places = unsqueeze(places, -1) + arange(x.shape()[d]) * static_cast<double>(strides[d]);
  }
  return places;
}

}  // namespace

Tensor index_put(const Tensor& x, std::span<const Tensor> indices, const Tensor& values,
                 bool accumulate) {
  constexpr const char* op = "index_put";
  if (indices.empty()) throw ValueError(op, ": needs an index for the first dimension of x");
  check_same_dtype(op, x, values);
  if (accumulate && x.dtype() == DType::boolean) {  // true where one is
    return ne(index_put(x.to(DType::i64), indices, values.to(DType::i64), true), 0);
  }
  const Tensor places = indexed_places(x, indices_of_dims(x, indices));
  if (broadcast_shapes(op, values.shape(), places.shape()) != places.shape()) {
    throw ShapeError(op, ": values ", values.shape(), " do not broadcast to ", places.shape(),
                     ", the shape of what is indexed in x ", x.shape());
  }
  const Tensor at = reshape(places, {places.numel()});
  const Tensor from = reshape(expand(values, places.shape()), {places.numel()});
  const Tensor flat = reshape(x, {x.numel()});
  return reshape(accumulate ? index_add(flat, 0, at, from) : scatter(flat, 0, at, from), x.shape());
}

}  // namespace heed
