import { Module } from '@nestjs/common';
import { FiguresModule } from '../figures/figures.module.js';
import { DaysController } from './days.controller.js';

@Module({ imports: [FiguresModule], controllers: [DaysController] })
export class DaysModule {}
