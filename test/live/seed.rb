# The state that test/contract/recorded/README.md describes.
PEM = OpenSSL::PKey::RSA.new(2048).public_key.to_pem
def role(name) = name && UserRole.find_by!(name: name)
herd = UserRole.find_by(name: 'Herdbook') || UserRole.new(name: 'Herdbook', position: 5).tap do |r|
  r.permissions_as_keys = %w(manage_federation manage_blocks view_dashboard)
  r.save!
end
def member(name, role, disabled: false, created: Time.utc(2026, 3, 1, 9))
  account = Account.new(username: name, created_at: created); account.save!(validate: false)
  user = User.new(
    email: "#{name}@herd.example", password: SecureRandom.hex(16), account: account, role: role,
    agreement: true, bypass_registration_checks: true, confirmed_at: Time.now.utc
  )
  user.skip_confirmation!; user.save!(validate: false)
  user.update_columns(approved: true, disabled: disabled, created_at: created)
  account
end
roles = { owner: role('Owner'), second: role('Owner'), mod: role('Moderator'), alice: nil }
people = roles.to_h { |n, r| [n.to_s, member(n.to_s, r)] }
# Where no moderator was seen for a week, Mastodon closes registrations that the cycle opens, once an hour.
people['mod'].user.update_columns(current_sign_in_at: Time.now.utc)
people['bob'] = member('bob', role('Admin'), disabled: true)
people['herdbook'] = member('herdbook', herd)
left = { 'owner' => 10, 'mod' => 12, 'alice' => 12, 'bob' => 9 }
members = %w(owner mod alice bob)
counts = { 'bad.example' => 12, 'sub.bad.example' => 3, 'meh.example' => 5, 'fine.example' => 7, 'media.example' => 4 }
counts.each do |domain, count|
  count.times do |i|
    uri = "https://#{domain}/users/user#{i}"
    remote = Account.new(
      username: "user#{i}", domain: domain, uri: uri, url: uri, inbox_url: "#{uri}/inbox",
      shared_inbox_url: "https://#{domain}/inbox", public_key: PEM, protocol: :activitypub
    )
    remote.save!(validate: false)
    2.times { |s| Status.create!(account: remote, text: "post #{s}", uri: "#{uri}/statuses/#{s}", local: false) }
    members.each_with_index { |m, at| Follow.create!(account: people[m], target_account: remote) if at % 2 == i % 2 }
    left.sort_by { |k, v| [-v, members.index(k)] }.first(i % 3 == 0 ? 2 : 1).each do |m, _|
      left[m] -= 1
      Follow.create!(account: remote, target_account: people[m])
    end
  end
end
scopes = 'read profile admin:read admin:write'
app = Doorkeeper::Application.create!(name: 'Herdbook', redirect_uri: 'urn:ietf:wg:oauth:2.0:oob', scopes: scopes)
{ 'herdbook' => 'HERDBOOK', 'owner' => 'OWNER' }.each do |name, label|
  owner = people[name].user.id
  t = Doorkeeper::AccessToken.create!(application_id: app.id, resource_owner_id: owner, scopes: scopes, expires_in: nil)
  puts "TOKEN_#{label}=#{t.token}"
end
Instance.refresh
