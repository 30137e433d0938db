import { z } from 'zod';
import { choice, figureRequest, version } from '../parameters/parameters.js';

export const Focus = figureRequest({
  format: choice(['csv'], 'FOCUS is CSV'),
  version: version('The frozen charges of closed months in this version, and no others; absent: what is stored now'),
});

const text = z.string();
const usd = z.number().nullable();
const unknown = z.null();

/** The columns in their order; docs/focus.md says what they hold. */
export const FocusRows = z.array(
  z.strictObject({
    BillingAccountId: unknown,
    BillingAccountName: unknown,
    BillingCurrency: text,
    BillingPeriodStart: text,
    BillingPeriodEnd: text,
    ChargePeriodStart: text,
    ChargePeriodEnd: text,
    ChargeCategory: text,
    ChargeClass: unknown,
    ChargeFrequency: text,
    ChargeDescription: text,
    BilledCost: usd,
    EffectiveCost: usd,
    ListCost: unknown,
    ContractedCost: unknown,
    PricingQuantity: unknown,
    PricingUnit: unknown,
    ProviderName: text,
    PublisherName: text,
    InvoiceIssuerName: text,
    InvoiceId: unknown,
    ServiceName: text,
    ServiceCategory: text,
    ServiceSubcategory: text,
    Tags: text,
    x_Cluster: text,
    x_TaggedHub: text.nullable(),
    x_Component: text,
    x_InstanceType: text.nullable(),
    x_Hub: text,
    x_User: text.nullable(),
    x_UserGroups: text.nullable(),
    x_UnallocatedReason: text.nullable(),
    x_CostOrigin: text,
    x_CostBasis: text.nullable(),
    x_Cost: z.number(),
  }),
);
