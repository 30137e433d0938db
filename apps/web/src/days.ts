import { addDays, dayOf, firstOfMonth, startOfDay, type Day } from '#libs/domain';

export function today(): Day {
  return dayOf(new Date());
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `27 Nov 2026`. */
export function longDay(day: Day): string {
  return `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
}

/** `27 Nov`. */
export function shortDay(day: Day): string {
  return longDay(day).slice(0, -5);
}

export function weekday(day: Day): string {
  return WEEKDAYS[startOfDay(day).getUTCDay()]!;
}

/** `Nov 2026`. */
export function monthName(day: Day): string {
  return `${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
}

export function daysInMonth(day: Day): number {
  return Number(addDays(firstOfMonth(day, 1), -1).slice(8));
}

/** `3 hours ago`. */
export function ago(seconds: number): string {
  if (seconds < 90) return 'just now';
  const [count, unit] =
    seconds < 5400
      ? [Math.round(seconds / 60), 'minute']
      : seconds < 129_600
        ? [Math.round(seconds / 3600), 'hour']
        : [Math.round(seconds / 86_400), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}
