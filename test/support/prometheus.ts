export { startPrometheusWithHistory } from '#libs/embedded';
