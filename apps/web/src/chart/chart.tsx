import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ECharts } from './echarts.js';
import { Legend } from './legend.js';
import { stackedBars, type Column, type Series } from './stacked-bars.js';
import { useTheme } from './theme.js';

interface ChartProps {
  readonly columns: readonly Column[];
  readonly series: readonly Series[];
  /** For who cannot see it; the table beside it has the figures. */
  readonly label: string;
  readonly onPick?: (name: string) => void;
}

const NARROW_PX = 560;

/** The figures are there before what draws the bars: it is nine tenths of the page. */
const library = () => import('./echarts.js');

/** Stacked bars with their legend at the side, in the order of the stack. */
export function Chart({ columns, series, label, onPick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | undefined>(undefined);
  const pick = useRef(onPick);
  pick.current = onPick;
  const theme = useTheme();

  const [ready, setReady] = useState(false);
  useEffect(() => {
    const gone = new AbortController();
    const draw = async () => {
      const { init } = await library();
      if (gone.signal.aborted) return;
      const made = init(box.current!);
      chart.current = made;
      made.on('click', ({ seriesName }) => seriesName !== undefined && pick.current?.(seriesName));
      const observer = new ResizeObserver(() => made.resize());
      observer.observe(box.current!);
      gone.signal.addEventListener('abort', () => {
        observer.disconnect();
        made.dispose();
      });
      setReady(true);
    };
    void draw();
    return () => gone.abort();
  }, []);

  // At once: a browser that prints does not wait for the next frame.
  useLayoutEffect(() => {
    if (!ready) return;
    const narrow = box.current!.clientWidth < NARROW_PX;
    chart.current!.setOption(stackedBars(columns, series, theme, narrow), { notMerge: true });
  }, [ready, columns, series, theme]);

  const highlight = (name: string | undefined) =>
    chart.current?.dispatchAction(name === undefined ? { type: 'downplay' } : { type: 'highlight', seriesName: name });
  return (
    <div class="chart">
      <div class="bars" ref={box} role="img" aria-label={label} />
      <Legend series={series} onPick={onPick} onHover={highlight} />
      <Notes columns={columns} />
    </div>
  );
}

/** What the looks of bars mean, where such bars are shown. */
function Notes({ columns }: { readonly columns: readonly Column[] }) {
  const without = (gap: Column['gap']) => columns.filter((column) => column.gap === gap).map(({ title }) => title);
  const noCosts = without('no costs');
  const noUsage = without('no usage');
  return (
    <div class="notes">
      {columns.some(({ estimated }) => estimated) && (
        <span>
          <i class="swatch hatched" /> estimated: AWS may still change it
        </span>
      )}
      {noCosts.length > 0 && <span>No costs stored: {spoken(noCosts)}</span>}
      {noUsage.length > 0 && <span>Usage not read, users do not bear all of the cost: {spoken(noUsage)}</span>}
    </div>
  );
}

function spoken(titles: readonly string[]): string {
  if (titles.length <= 3) return titles.join(', ');
  return `${titles.length} bars, from ${titles[0]} to ${titles.at(-1)}`;
}
