import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';

@Module({ providers: [AccessGuard, { provide: APP_GUARD, useExisting: AccessGuard }], exports: [AccessGuard] })
export class AccessModule {}
