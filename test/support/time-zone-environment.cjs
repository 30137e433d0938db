/**
 * Node's environment in another time zone: `@jest-environment-options {"timeZone": "Asia/Kolkata"}`. A test sees a copy of
 * the environment variables, so that only here can the process itself be told. A worker runs one file at a time.
 */
const { TestEnvironment } = require('jest-environment-node');

module.exports = class TimeZoneEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.before = process.env.TZ;
    process.env.TZ = config.projectConfig.testEnvironmentOptions.timeZone;
  }

  async teardown() {
    if (this.before === undefined) delete process.env.TZ;
    else process.env.TZ = this.before;
    await super.teardown();
  }
};
