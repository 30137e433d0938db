import { Module } from '@nestjs/common';
import { StatementWriter } from '#libs/statements';
import { FiguresModule } from '../figures/figures.module.js';
import { StatementsController } from './statements.controller.js';

@Module({ imports: [FiguresModule], providers: [StatementWriter], controllers: [StatementsController] })
export class StatementsModule {}
