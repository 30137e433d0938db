import { ConsoleLogger } from '@nestjs/common';

/** Contexts in which Nest tells what every start tells: forty lines of modules and routes, which /index lists. */
const FRAMEWORK = ['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication'];

/** The API's log: without what Nest says of itself while all goes well, and without colours where nobody sees them. */
export class ApiLogger extends ConsoleLogger {
  constructor(json: boolean) {
    super({ json, colors: !json && process.stdout.isTTY === true && process.stderr.isTTY === true });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && FRAMEWORK.includes(context)) return;
    super.log(message, ...(rest as [string]));
  }
}
