import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What a process was like since it was last told to begin. */
export interface Observed {
  readonly rssGrowthBytes: number;
  /** Of the event loop: also what others that want the processor make it wait. */
  readonly longestStallMs: number;
  /** The most processor time that the process used between two turns of the event loop, its helper threads included. */
  readonly longestWorkMs: number;
}

/** Loaded into the API's process before the API: answers `begin` and `end` over the channel to its parent. */
const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let rssBefore = 0;
let rssMost = 0;
let workMost = 0;
let sampling: NodeJS.Timeout | undefined;

process.on('message', (message) => {
  if (message === 'begin') {
    rssBefore = process.memoryUsage.rss();
    rssMost = rssBefore;
    workMost = 0;
    let before = process.cpuUsage();
    sampling = setInterval(() => {
      const { user, system } = process.cpuUsage(before);
      before = process.cpuUsage();
      workMost = Math.max(workMost, (user + system) / 1000);
      rssMost = Math.max(rssMost, process.memoryUsage.rss());
    }, RESOLUTION_MS);
    delay.reset();
    delay.enable();
    process.send!('begun');
  } else if (message === 'end') {
    delay.disable();
    clearInterval(sampling);
    const observed: Observed = {
      rssGrowthBytes: rssMost - rssBefore,
      longestStallMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
      longestWorkMs: workMost,
    };
    process.send!(observed);
  }
});
process.channel?.unref();
