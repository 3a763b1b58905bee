#include "wire/device_name.h"

#include <string>

#include "core/ids.h"

namespace fovea::wire {

core::Status check_device_name(std::string_view what, std::string_view name) {
  if (auto good = core::check_name(what, name); !good) return good;
  if (!name.ends_with(main_suffix)) return {};
  return core::Error{core::Code::bad_input,
                     std::string(what) + " name '" + std::string(name) +
                         "': names that end with -main are those of cameras' large streams; "
                         "choose another"};
}

}  // namespace fovea::wire
