#include "coordinator/observations.hpp"

#include "coordinator/packing.hpp"

#include <stdexcept>
#include <utility>

namespace leadline {
namespace {
/// The result of the probe at this position: AnyResult runs in parallel with the catalogue.
template <std::size_t I = 0>
AnyResult unpack_result(std::size_t position, Unpacker& from) {
  if constexpr (I == std::variant_size_v<AnyResult>) {
    throw std::out_of_range{"no such probe"};
  } else {
    if (position == I)
      return AnyResult{std::in_place_index<I>,
                       from.get<std::variant_alternative_t<I, AnyResult>>()};
    return unpack_result<I + 1>(position, from);
  }
}
}  // namespace

void Observations::push_back(Observation const& seen) {
  auto const position = position_of(seen.probe);
  if (!position) throw std::invalid_argument{"unknown probe '" + seen.probe + "'"};
  if (!dictionary_) dictionary_ = std::make_shared<Dictionary>();
  source_ = seen.source;
  target_ = seen.target;
  Packer body{*dictionary_};
  body.put(Label{.probe = *position,
                 .status = seen.status,
                 .family = seen.family,
                 .measured = seen.result.has_value()});
  body.put(seen.reason);
  if (seen.result) std::visit([&](auto const& result) { body.put(result); }, *seen.result);
  Packer length{*dictionary_};
  length.put(body.octets().size());
  octets_.reserve(octets_.size() + length.octets().size() + body.octets().size());
  for (auto const part : {length.octets(), body.octets()})
    octets_.insert(octets_.end(), part.begin(), part.end());
}

std::span<std::byte const> Observations::Iterator::front() const {
  Unpacker from{rest_, *of_->dictionary_};
  auto const length = from.get<std::size_t>();
  return from.rest().first(length);
}

Observations::Label Observations::Iterator::label() const {
  return Unpacker{front(), *of_->dictionary_}.get<Label>();
}

Observation Observations::Iterator::operator*() const {
  Unpacker from{front(), *of_->dictionary_};
  auto const label = from.get<Label>();
  Observation seen{.source = of_->source_,
                   .target = of_->target_,
                   .family = label.family,
                   .probe = std::string{probe_at(label.probe)},
                   .status = label.status,
                   .reason = from.get<std::string>(),
                   .result = std::nullopt};
  if (label.measured) seen.result = unpack_result(label.probe, from);
  return seen;
}

Observations::Iterator& Observations::Iterator::operator++() {
  auto const whole = front();
  rest_ = rest_.subspan(static_cast<std::size_t>(whole.data() + whole.size() - rest_.data()));
  return *this;
}
}  // namespace leadline
