import { Module } from '@nestjs/common';
import { FiguresModule } from '../figures/figures.module.js';
import { UsageController } from './usage.controller.js';

@Module({ imports: [FiguresModule], controllers: [UsageController] })
export class UsageModule {}
