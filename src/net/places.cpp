#include "net/places.h"

#include <utility>

namespace fovea::net {

Places::Answer Places::seat(Id id, Holder holder) {
  const auto found = seats_.find(id);
  const bool same = found != seats_.end() && found->second.holder == holder;
  const bool at_work = found != seats_.end() && found->second.at_work;
  if (same && holder.kind != Kind::stranger) return {};
  leave(id);
  Answer answer;
  if (!same) {
    if (const auto refused = make_room(holder, answer.leaves)) return {*refused, {}};
  }
  const uint64_t moved = ++moves_;
  if (holder.kind == Kind::stranger) strangers_[moved] = id;
  ++counts_[{holder.kind, holder.key}];
  seats_[id] = {std::move(holder), moved, at_work};
  return answer;
}

// What is refused for want of room, if anything; `leaves` is who has made room.
std::optional<Places::Verdict> Places::make_room(const Holder& holder, std::optional<Id>& leaves) {
  const bool stranger = holder.kind == Kind::stranger;
  if (holder.kind == Kind::known && !holder.key.empty() && count(holder) >= limits_.per_user) {
    return Verdict::user_full;
  }
  if (stranger && count(holder) >= limits_.strangers_per_network) {
    leaves = longest_silent(holder.key);
    if (!leaves) return Verdict::network_full;
  } else if ((stranger && strangers_.size() >= limits_.strangers) || seats_.size() >= limits_.all) {
    leaves = longest_silent("");
    if (!leaves) return Verdict::full;
  }
  if (leaves) leave(*leaves);
  return std::nullopt;
}

size_t Places::count(const Holder& holder) const {
  const auto found = counts_.find({holder.kind, holder.key});
  return found == counts_.end() ? 0 : found->second;
}

// Of a network's strangers, or of all of them; empty: all are at work.
std::optional<Places::Id> Places::longest_silent(const std::string& network) const {
  for (const auto& [moved, id] : strangers_) {
    const Seat& seat = seats_.at(id);
    if (!seat.at_work && (network.empty() || seat.holder.key == network)) return id;
  }
  return std::nullopt;
}

void Places::set_at_work(Id id, bool at_work) {
  const auto found = seats_.find(id);
  if (found != seats_.end()) found->second.at_work = at_work;
}

void Places::leave(Id id) {
  const auto found = seats_.find(id);
  if (found == seats_.end()) return;
  const Seat& seat = found->second;
  if (seat.holder.kind == Kind::stranger) strangers_.erase(seat.moved);
  const auto counted = counts_.find({seat.holder.kind, seat.holder.key});
  if (--counted->second == 0) counts_.erase(counted);
  seats_.erase(found);
}

}  // namespace fovea::net
