import type { System } from "../api/types.ts";
import { counter_label } from "./counter_table.ts";
import { pipeline_words } from "./pipeline_drawing.ts";
import type { DropRates } from "./pipeline_drawing.ts";

const log_lines = 50;

function section(title: string, lines: string[]): string {
  return [`## ${title}`, ...(lines.length > 0 ? lines : ["none"]), ""].join("\n");
}

// The system page as plain text, for a bug report.
export function system_report(system: System, drops: DropRates): string {
  const { bus } = system;
  const capabilities = Object.entries(bus.capabilities ?? {}).map(
    ([name, value]) => `${name}=${value}`,
  );
  return [
    `# Fovea ${system.version}, site ${system.site}, ${new Date().toISOString()}`,
    `up ${Math.round(system.uptime_s)} s`,
    `CPU ${system.cpu_percent ?? "?"} %, memory ${system.memory_mib ?? "?"} MiB`,
    `browser ${navigator.userAgent}`,
    `renderer ${document.documentElement.dataset.renderer ?? "?"}`,
    "",
    section("Pipeline", pipeline_words(system, drops)),
    section("Bus", [`${bus.name} ${bus.url}: ${bus.detail ?? bus.state}`, capabilities.join(" ")]),
    section(
      "Sessions",
      system.sessions.map(
        ({ name, model, engine, fps, infer_ms, busy }) =>
          `${name}: ${model} on ${engine}, ${fps} fps, ${infer_ms} ms, busy ${busy}`,
      ),
    ),
    section(
      "Models",
      system.models.map(
        ({ name, version, task, loaded, error }) =>
          `${name} ${version} (${task}): ${error ?? (loaded ? "loaded" : "not loaded")}`,
      ),
    ),
    section(
      "Viewers",
      system.viewers.map((item) => `${item.peer}: ${item.fps} fps, ${item.dropped} dropped`),
    ),
    section(
      "Counters",
      system.counters.map((item) => `${item.name} ${counter_label(item)} ${item.value}`),
    ),
    section(
      `Log (last ${log_lines})`,
      system.log
        .slice(-log_lines)
        .map((line) => `${line.time} ${line.level} ${line.component}: ${line.message}`),
    ),
  ].join("\n");
}
