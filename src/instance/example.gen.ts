// Made from instance/ by `npm run generate`. Change the example, not this file.
export const EXAMPLE: ReadonlyMap<string, string> = new Map([
  ['about.md', 'f9cc6eb784945c011caa17b0bb5486f7272fdcbcc21ae56f98ff93c223a3e4df'],
  ['closed.md', '7dddae491c393ad54d09bc0e8a1c2fe629f6627cc384835b8be91e87825d1269'],
  ['domain-blocks.yaml', 'eb60e218fd76a378e0ef9e61656ffdb323ffc38b5def69957917022479d1983d'],
  ['email-domain-blocks.yaml', '9858dc9776ba4a10178117cf001a82abe6b515b564424f037e4e79755dcfab82'],
  ['instance.yaml', 'a5137fc891c7c5f47061094ae82a162aecb81d465654027e7c0f32d6f136219a'],
  ['ip-blocks.yaml', 'd796f4ee0eef802b2be79845d61045624883083a756d19483d76cfc99eb5b683'],
  ['moderators.yaml', 'a54928ba81c6fd68b4918dbc4b54bf0bf903bf1b3580e984d4c693e8cddc3f02'],
  ['policy.yaml', 'd2d3c182ffe4215ccca626f17e3040a465044ec84dbe692ca93498d97c4c3d1b'],
  ['privacy-policy.md', 'f6a01323dd1654953079f96ca4bb4b551b9390d973a76aaa7d626a17843f36ee'],
  ['roles.yaml', 'a70ece9553fee4a030effb9a262274472094b19920c711606727c852404760ae'],
  ['rules.yaml', 'c1dd1979dd421fdf8ac3372fb2d2c4658860e939ccd225d403b6c1c2d5510d48'],
  ['settings.yaml', 'ef4af4d278daeccc6dbcf4f26f483a78af1e575c9a0c0be81c0f2be8b4fe55f3'],
  ['terms-2031-01-01.md', '664db35b39eb6b397b922dc37ff29bb281a881750faa5c9f550e0444ebec3555'],
  ['terms-2031-06-01.md', '72d63d7cecd830e78f8d83af0d41f9cb4ee5f6c755fb74eaf32c417a24083301'],
  ['terms-of-service.yaml', '6bcf10d3fa6f5b45d57a831aec260a1cfb5259a71a53723fea91f59162075176'],
])
