import { Module } from '@nestjs/common';
import { FigureInterceptor } from './figure.interceptor.js';
import { Figures } from './figures.js';
import { NameLookup } from './name-lookup.js';

/** What every feature that responds with figures needs. */
@Module({ providers: [Figures, NameLookup, FigureInterceptor], exports: [Figures, FigureInterceptor] })
export class FiguresModule {}
