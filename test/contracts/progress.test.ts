import { Writable } from 'node:stream';

import { Progress } from '../../src/progress.js';

/** Stands for stderr, a terminal or none, and keeps what is written to it. */
class Screen extends Writable {
  text = '';
  readonly columns = 120;

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const STATE = /(\d+) % \| (\d+) of (\d+) events/g;

/** What a progress shows, one after the other: per cent, done, of how many. */
function shownBy(isTTY: boolean, work: (progress: Progress) => void): { text: string; states: number[][] } {
  const screen = new Screen(isTTY);
  const progress = new Progress('Trying', screen as unknown as NodeJS.WriteStream);
  work(progress);
  progress.end();
  const states = [...screen.text.matchAll(STATE)].map(([, ...numbers]) => numbers.map(Number));
  return { text: screen.text, states };
}

describe.each([
  ['a terminal', true],
  ['a file', false],
])('progress on %s', (_, isTTY) => {
  it('begins where an earlier run ended, and ends full', () => {
    const { states, text } = shownBy(isTTY, (progress) => {
      progress.begin(200, 50);
      progress.advance(100);
      progress.advance(50);
    });
    expect(states[0]).toEqual([25, 50, 200]);
    expect(states.at(-1)).toEqual([100, 200, 200]);
    expect(text).toContain('Trying [');
  });

  it('grows with what is recorded meanwhile, and is never more than full', () => {
    const { states } = shownBy(isTTY, (progress) => {
      progress.begin(10);
      for (let part = 0; part < 5; part += 1) progress.advance(7);
    });
    expect(states[0]).toEqual([0, 0, 10]);
    expect(states.at(-1)).toEqual([100, 35, 35]);
    for (const [percent, done, all] of states) {
      expect(percent).toBeLessThanOrEqual(100);
      expect(done).toBeLessThanOrEqual(all ?? 0);
    }
  });

  it('stands where work that fails stopped', () => {
    const { states } = shownBy(isTTY, (progress) => {
      progress.begin(10);
      progress.advance(4);
    });
    expect(states.at(-1)).toEqual([40, 4, 10]);
  });
});

it('a terminal has one bar, which is drawn over and hides the cursor; a file has lines', () => {
  const work = (progress: Progress) => {
    progress.begin(10);
    progress.advance(10);
  };
  const [terminal, file] = [shownBy(true, work).text, shownBy(false, work).text];
  expect(terminal).toContain('\u001b[?25l');
  expect(terminal.trimEnd().split('\n').filter((line) => line.includes('Trying'))).toHaveLength(1); // prettier-ignore
  expect(file).not.toContain('\u001b');
  const lines = file.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(2);
  for (const line of lines) expect(line).toMatch(/^Trying \[[=-]+\] \d+ % \| \d+ of 10 events \| \S+ left$/);
});
