import { BarChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, setPlatformAPI, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// Only what the page draws: all of ECharts is four times as large.
use([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

// Chromium leaves the hatching out of a PDF where its pattern lies on the graphics card.
setPlatformAPI({
  createCanvas() {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d', { willReadFrequently: true });
    return canvas;
  },
});

export { init };
export type { ECharts } from 'echarts/core';
