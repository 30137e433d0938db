import { Module } from '@nestjs/common';
import { FiguresModule } from '../figures/figures.module.js';
import { BudgetsController } from './budgets.controller.js';

@Module({ imports: [FiguresModule], controllers: [BudgetsController] })
export class BudgetsModule {}
