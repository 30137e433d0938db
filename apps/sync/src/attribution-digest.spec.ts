import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import { digestAttribution } from './attribution-digest.js';

describe('the digest of an attribution', () => {
  it('is the same whatever the order of the keys', () => {
    const { hubTag, homeStorage, ...rest } = DEFAULT_ATTRIBUTION;
    const reordered = { ...rest, homeStorage: { service: homeStorage.service, tag: homeStorage.tag }, hubTag };
    expect(digestAttribution(reordered)).toBe(digestAttribution(DEFAULT_ATTRIBUTION));
  });

  it('changes with a nested value', () => {
    const changed = {
      ...DEFAULT_ATTRIBUTION,
      homeStorage: { ...DEFAULT_ATTRIBUTION.homeStorage, tag: { key: '2i2c:volume-purpose', value: 'homes' } },
    };
    expect(digestAttribution(changed)).not.toBe(digestAttribution(DEFAULT_ATTRIBUTION));
  });

  it('changes when a service moves to another component', () => {
    const serviceComponents = { ...DEFAULT_ATTRIBUTION.serviceComponents, 'AWS Backup': 'home storage' };
    expect(digestAttribution({ ...DEFAULT_ATTRIBUTION, serviceComponents })).not.toBe(
      digestAttribution(DEFAULT_ATTRIBUTION),
    );
  });
});
