import type { Version } from '../versions.ts'
import { PUBLIC_URL } from '../http.ts'

export const VAPID_KEY = 'BP8Y-v2vzdyKDIZhVYNwBORbM9AlThbT9eF6Q0k4ql0sKYk-4boWWG57LCAL5RLw1ypbo8Nnbl9u3wFsiVBzwdU='

export const PREVIEW = {
  url: `${PUBLIC_URL}/packs/assets/preview.png`,
  description:
    'Two smiling cartoon mastodons (who look like elephants) toss a paper plane between them. ' +
    "They're surrounded by a bright blue sky and floating planets with trees and more mastodons on them.",
}

export const ICONS = [36, 48, 72, 96, 144, 192, 256, 384, 512].map((side) => ({
  src: `${PUBLIC_URL}/packs/assets/android-chrome-${side}x${side}.png`,
  size: `${side}x${side}`,
}))

const BOTH = {
  statuses: { max_characters: 500, max_media_attachments: 4, characters_reserved_per_url: 23 },
  polls: { max_options: 4, max_characters_per_option: 50, min_expiration: 300, max_expiration: 2629746 },
  translation: { enabled: false },
  limited_federation: false,
  vapid: { public_key: VAPID_KEY },
}

const MEDIA = {
  image_matrix_limit: 33177600,
  image_size_limit: 16777216,
  supported_mime_types: [
    'image/jpeg',
    'image/png',
    'image/gif',
    'image/heic',
    'image/heif',
    'image/webp',
    'image/avif',
    'video/webm',
    'video/mp4',
    'video/quicktime',
    'video/ogg',
    'audio/wave',
    'audio/wav',
    'audio/x-wav',
    'audio/x-pn-wave',
    'audio/vnd.wave',
    'audio/ogg',
    'audio/vorbis',
    'audio/mpeg',
    'audio/mp3',
    'audio/webm',
    'audio/flac',
    'audio/aac',
    'audio/m4a',
    'audio/x-m4a',
    'audio/mp4',
    'audio/3gpp',
    'video/x-ms-asf',
  ],
  video_frame_rate_limit: 120,
  video_matrix_limit: 8294400,
  video_size_limit: 103809024,
}

/** What `/api/v2/instance` says of a release's limits. */
export const CONFIGURATION: Readonly<Record<Version, object>> = {
  '4.4.22': {
    ...BOTH,
    media_attachments: { ...MEDIA, description_limit: 1500 },
    accounts: { max_featured_tags: 10, max_pinned_statuses: 5 },
  },
  '4.6.5': {
    ...BOTH,
    media_attachments: { ...MEDIA, description_limit: 10000 },
    accounts: {
      max_display_name_length: 40,
      max_note_length: 500,
      max_avatar_description_length: 150,
      max_header_description_length: 150,
      max_featured_tags: 10,
      max_pinned_statuses: 5,
      max_profile_fields: 4,
      profile_field_name_limit: 255,
      profile_field_value_limit: 255,
    },
    timelines_access: {
      live_feeds: { local: 'public', remote: 'public' },
      hashtag_feeds: { local: 'public', remote: 'public' },
      trending_link_feeds: { local: 'public', remote: 'public' },
    },
  },
}

const SCOPES = [
  'read',
  'profile',
  'write',
  'write:accounts',
  'write:blocks',
  'write:bookmarks',
  'write:collections',
  'write:conversations',
  'write:favourites',
  'write:filters',
  'write:follows',
  'write:lists',
  'write:media',
  'write:mutes',
  'write:notifications',
  'write:reports',
  'write:statuses',
  'read:accounts',
  'read:blocks',
  'read:bookmarks',
  'read:collections',
  'read:favourites',
  'read:filters',
  'read:follows',
  'read:lists',
  'read:mutes',
  'read:notifications',
  'read:search',
  'read:statuses',
  'follow',
  'push',
  'admin:read',
  'admin:read:accounts',
  'admin:read:reports',
  'admin:read:domain_allows',
  'admin:read:domain_blocks',
  'admin:read:ip_blocks',
  'admin:read:email_domain_blocks',
  'admin:read:canonical_email_blocks',
  'admin:write',
  'admin:write:accounts',
  'admin:write:reports',
  'admin:write:domain_allows',
  'admin:write:domain_blocks',
  'admin:write:ip_blocks',
  'admin:write:email_domain_blocks',
  'admin:write:canonical_email_blocks',
]

const AUTHORIZATION = {
  issuer: `${PUBLIC_URL}/`,
  authorization_endpoint: `${PUBLIC_URL}/oauth/authorize`,
  token_endpoint: `${PUBLIC_URL}/oauth/token`,
  revocation_endpoint: `${PUBLIC_URL}/oauth/revoke`,
  userinfo_endpoint: `${PUBLIC_URL}/oauth/userinfo`,
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  grant_types_supported: ['authorization_code', 'client_credentials'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  code_challenge_methods_supported: ['S256'],
  service_documentation: 'https://docs.joinmastodon.org/',
  app_registration_endpoint: `${PUBLIC_URL}/api/v1/apps`,
}

/** `/.well-known/oauth-authorization-server`; collections came with 4.6. */
export const OAUTH: Readonly<Record<Version, object>> = {
  '4.4.22': { ...AUTHORIZATION, scopes_supported: SCOPES.filter((scope) => !scope.endsWith(':collections')) },
  '4.6.5': { ...AUTHORIZATION, scopes_supported: SCOPES },
}
