# A person at Mastodon's web interface: does with Mastodon's own models what its controllers do, in the name of @owner.
# One JSON line in, [name, *arguments]; one line out, marked, an error or null.
$stdout.sync = true
person = Account.find_local('owner')
log = ->(action, target) { Admin::ActionLog.create!(account: person, action: action, target: target) }
hand = {
  'blockDomain' => lambda do |domain, change = { 'severity' => 'suspend' }|
    block = DomainBlock.create!(change.merge('domain' => domain))
    DomainBlockWorker.perform_async(block.id)
    log[:create, block]
  end,
  'changeBlock' => lambda do |domain, change|
    block = DomainBlock.find_by!(domain: domain)
    block.update!(change)
    DomainBlockWorker.perform_async(block.id, block.severity_previously_changed?)
    log[:update, block]
  end,
  'liftBlock' => lambda do |domain|
    block = DomainBlock.find_by!(domain: domain)
    UnblockDomainService.new.call(block)
    log[:destroy, block]
  end,
  'liftEmailBlock' => lambda do |domain|
    block = EmailDomainBlock.find_by!(domain: domain)
    block.destroy!
    log[:destroy, block]
  end,
  'blockIp' => ->(block) { log[:create, IpBlock.create!(block)] },
  'saveRole' => lambda do |name, fields|
    role = UserRole.find_by!(name: name)
    role.current_account = person
    role.update!(fields.transform_keys { |key| key == 'permissions' ? 'permissions_as_keys' : key })
    log[:update, role]
  end,
  'giveRole' => lambda do |username, name|
    user = Account.find_local!(username).user
    user.current_account = person
    user.update!(role_id: name && UserRole.find_by!(name: name).id)
    log[:change_role, user]
  end,
  'changeRule' => ->(text, fields) { Rule.kept.find_by!(text: text).update!(fields) },
  'changeAnnouncement' => lambda do |text, fields|
    announcement = Announcement.find_by!(text: text)
    announcement.update!(fields)
    PublishScheduledAnnouncementWorker.perform_async(announcement.id) if announcement.published?
    log[:update, announcement]
  end,
  'changeSetting' => ->(key, word) { Form::AdminSettings.new(key => word).save || raise("#{key} was refused") },
  'signUp' => lambda do |username|
    account = Account.new(username: username)
    account.save!(validate: false)
    user = User.new(
      email: "#{username}@herd.example", password: SecureRandom.hex(16), account: account,
      agreement: true, bypass_registration_checks: true, confirmed_at: Time.now.utc
    )
    user.skip_confirmation!
    user.save!(validate: false)
    user.update_columns(approved: true)
  end,
}
while (line = $stdin.gets)
  name, *arguments = JSON.parse(line)
  error = begin
    hand.fetch(name).call(*arguments)
    nil
  rescue StandardError => e
    "#{e.class}: #{e.message}"
  end
  puts "\nBY-HAND #{JSON.generate(error)}"
end
