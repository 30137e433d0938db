import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { LoginController } from './login.controller.js';
import { SessionController } from './session.controller.js';

@Module({
  controllers: [SessionController, LoginController],
  providers: [AccessGuard, { provide: APP_GUARD, useExisting: AccessGuard }],
  exports: [AccessGuard],
})
export class AccessModule {}
