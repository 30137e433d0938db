import type { ComponentChildren } from 'preact';
import { leaveFor, searchOf, type View } from '../view.js';

/** A link to a view, which opens in place, and in a new tab where the reader wants that. */
export function Link({ to, children, current, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    leaveFor(to);
  };
  return (
    <a href={searchOf(to)} onClick={follow} aria-current={current ? 'page' : undefined} {...rest}>
      {children}
    </a>
  );
}

interface LinkProps {
  readonly to: View;
  readonly children: ComponentChildren;
  /** Of the navigation: whether this is what is shown. */
  readonly current?: boolean;
  readonly class?: string;
  readonly title?: string;
}
