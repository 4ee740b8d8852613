import { Presets, SingleBar } from 'cli-progress';

const LINE_EVERY_MS = 5_000;

/** A bar that shows on stderr how far a command has come through the events; plain lines where that is no terminal. */
export class Progress {
  private readonly bar: SingleBar;
  private done = 0;

  constructor(name: string, stream: NodeJS.WriteStream = process.stderr) {
    this.bar = new SingleBar(
      {
        format: `${name} [{bar}] {percentage} % | {value} of {total} events | {eta_formatted} left`,
        stream,
        hideCursor: true,
        etaBuffer: 100,
        noTTYOutput: true,
        notTTYSchedule: LINE_EVERY_MS,
      },
      Presets.legacy,
    );
  }

  /** `done` of them were done by an earlier run. */
  begin(events: number, done = 0): void {
    this.done = done;
    this.bar.start(Math.max(events, done), done);
  }

  /** Events that were recorded meanwhile make it longer: it is never more than full. */
  advance(events: number): void {
    this.done += events;
    this.bar.setTotal(Math.max(this.done, this.bar.getTotal()));
    this.bar.update(this.done);
  }

  end(): void {
    this.bar.stop();
  }
}

/** Writes a line of the command's result. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
