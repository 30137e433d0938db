import * as nodeModule from 'node:module';

// Node 22 and newer keep the code that they compile for the next start. What is imported statically is compiled before.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
await import('./serve.js');
