import { Module } from '@nestjs/common';
import { FiguresModule } from '../figures/figures.module.js';
import { AllocationController } from './allocation.controller.js';

@Module({ imports: [FiguresModule], controllers: [AllocationController] })
export class AllocationModule {}
