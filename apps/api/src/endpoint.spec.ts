import { spellings } from './endpoint.js';

describe('the spellings of a path', () => {
  it('are the one it has and the other one', () => {
    expect(spellings('/total_costs')).toEqual(['/total_costs', '/total-costs']);
    expect(spellings('/component-names')).toEqual(['/component-names', '/component_names']);
    expect(spellings('/live')).toEqual(['/live']);
  });
});
