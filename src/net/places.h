#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace fovea::net {

// Who holds a place at a server, so that nobody takes those of others. Whoever has shown no valid
// session or token is a stranger and shares a part of the places with all strangers, of which one
// network has a part again; the rest is for those who are known. Where strangers have their share,
// a new one takes the place of the one that was silent longest: a flood turns over its own places,
// and who shows a session at once has left them before its turn comes. Pure; threads: one.
class Places {
 public:
  struct Limits {
    size_t all = 0;
    size_t strangers = 0;
    size_t strangers_per_network = 0;
    size_t per_user = 0;
  };
  using Id = uint64_t;

  enum class Kind {
    stranger,  // its key is its network
    known,     // its key is whose session or token it is; empty: nobody is asked here
    proxy,     // a trusted proxy's connection, between two requests
  };
  struct Holder {
    Kind kind = Kind::stranger;
    std::string key;
    bool operator==(const Holder&) const = default;
  };

  enum class Verdict {
    seated,
    network_full,  // all places of its network are at work
    user_full,     // of its user
    full,          // of everybody
  };
  struct Answer {
    Verdict verdict = Verdict::seated;
    std::optional<Id> leaves;  // who has lost its place for it and is to be ended
  };

  explicit Places(const Limits& limits) : limits_(limits) {}

  // Seats a new one, or one that turns out to be somebody else, and notes that it has moved. Who is
  // refused has no place (any longer).
  Answer seat(Id id, Holder holder);
  // While it waits for an answer of ours it keeps its place.
  void set_at_work(Id id, bool at_work);
  void leave(Id id);  // also where it has no place

  size_t size() const { return seats_.size(); }

 private:
  struct Seat {
    Holder holder;
    uint64_t moved = 0;
    bool at_work = false;
  };

  size_t count(const Holder& holder) const;
  std::optional<Id> longest_silent(const std::string& network) const;
  std::optional<Verdict> make_room(const Holder& holder, std::optional<Id>& leaves);

  const Limits limits_;
  uint64_t moves_ = 0;
  std::map<Id, Seat> seats_;
  std::map<uint64_t, Id> strangers_;                       // by when they moved
  std::map<std::pair<Kind, std::string>, size_t> counts_;  // of each holder
};

}  // namespace fovea::net
