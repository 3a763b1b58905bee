import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export const program = process.env.FOVEA_PROGRAM ?? "";

// `fovea ARGS...` to its end; what it prints. Fails with its words when it does.
export async function run(...args: string[]): Promise<string> {
  return (await promisify(execFile)(program, args, { timeout: 60_000 })).stdout;
}

// A child process whose output is kept for the message of a failing test.
export class Program {
  output = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(command: string, args: string[]) {
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const keep = (data: Buffer) => (this.output = (this.output + data).slice(-20_000));
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", () => resolve());
      this.#child.once("error", (error) => {
        this.output += String(error);
        resolve();
      });
    });
  }

  async wait_for(pattern: RegExp, limit_ms = 60_000): Promise<RegExpExecArray> {
    const end = Date.now() + limit_ms;
    for (;;) {
      const match = pattern.exec(this.output);
      if (match) return match;
      if (this.#child.exitCode !== null || Date.now() > end) {
        throw new Error(`${pattern} did not come. The program's output:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.#ended;
  }
}

// A temporary folder and the programs of one test; close() ends and removes all of it.
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "fovea-web-"));
  readonly #programs: Program[] = [];

  start(command: string, ...args: string[]): Program {
    const started = new Program(command, args);
    this.#programs.push(started);
    return started;
  }

  // `fovea ARGS...` that serves the page; the address it prints.
  async serve(...args: string[]): Promise<{ running: Program; url: string }> {
    const running = this.start(program, ...args);
    const [url] = await running.wait_for(/https?:\/\/(127\.0\.0\.1|localhost):\d+/);
    return { running, url: url! };
  }

  async nats(): Promise<string> {
    this.start("nats-server", "-a", "127.0.0.1", "-p", "-1", "--ports_file_dir", this.folder);
    const end = Date.now() + 30_000;
    while (Date.now() < end) {
      const file = readdirSync(this.folder).find((name) => name.endsWith(".ports"));
      if (file) {
        const ports = readFileSync(join(this.folder, file), "utf8");
        const url = /nats:\/\/[^"]+/.exec(ports)?.[0];
        if (url) return url;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("nats-server did not say on which port it listens");
  }

  async close(): Promise<void> {
    for (const started of this.#programs.reverse()) await started.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
