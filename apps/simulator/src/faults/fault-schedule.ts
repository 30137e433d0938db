import { scaledLineItem, type LineItem } from '../estate/index.js';
import { FAULT, type FaultRequest, type RequestFault, type Restatement } from './fault.js';

/** A request, as far as faults are concerned. */
export interface FaultTarget {
  readonly operation: string;
  readonly hasToken: boolean;
}

/** The faults that were asked for, and how many requests each of them still lets pass or strikes. */
export class FaultSchedule {
  private requestFaults: { fault: RequestFault; after: number; times: number }[] = [];
  private restatements: { fault: Restatement; after: number }[] = [];

  /** @throws z.ZodError when the request names no fault that exists. */
  add(...requests: readonly FaultRequest[]): void {
    for (const fault of requests.map((request) => FAULT.parse(request))) {
      if (fault.kind === 'restatement') this.restatements.push({ fault, after: fault.after });
      else this.requestFaults.push({ fault, after: fault.after, times: fault.times });
    }
  }

  clear(): void {
    this.requestFaults = [];
    this.restatements = [];
  }

  /** Counts a request, and tells what befalls it. Of several faults due at once the one asked for first strikes. */
  strike(request: FaultTarget): RequestFault | undefined {
    let struck: RequestFault | undefined;
    for (const entry of this.requestFaults) {
      if (!isAimedAt(entry.fault, request)) continue;
      if (entry.after > 0) entry.after -= 1;
      else if (!struck) {
        struck = entry.fault;
        entry.times -= 1;
      }
    }
    this.requestFaults = this.requestFaults.filter((entry) => entry.times > 0);
    return struck;
  }

  /** The bill's lines of a day as Cost Explorer has restated them by now. */
  restate(items: readonly LineItem[]): readonly LineItem[] {
    const due = this.restatements.filter(({ after }) => after <= 0).map(({ fault }) => fault);
    if (due.length === 0) return items;
    return items.flatMap((item) => {
      const percents = due.filter((fault) => isRestated(fault, item)).map((fault) => fault.percent);
      if (percents.includes(0)) return [];
      return [percents.reduce(scaledLineItem, item)];
    });
  }

  /** Counts an answered request towards the restatements that are to come. */
  countAnswered(): void {
    for (const entry of this.restatements) entry.after -= 1;
  }
}

function isAimedAt(fault: RequestFault, request: FaultTarget): boolean {
  if (fault.kind === 'lost-token' && !request.hasToken) return false;
  return fault.operation === undefined || fault.operation === request.operation;
}

function isRestated(fault: Restatement, item: LineItem): boolean {
  if (item.day < fault.from || item.day >= fault.until) return false;
  return fault.service === undefined || item.dimensions.SERVICE === fault.service;
}
