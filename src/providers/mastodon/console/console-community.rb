# Roles, who holds them, rules, settings and terms of service: what the API can't write.
module Herdbook
  module_function

  ROLE_FIELDS = %w(name color position highlighted require_2fa collection_limit).freeze

  def permissions_of(mask)
    UserRole::FLAGS.select { |_, bit| mask & bit == bit }.keys.map(&:to_s)
  end

  def live_role(role)
    role.attributes.slice(*ROLE_FIELDS).merge('permissions' => permissions_of(role.permissions))
  end

  def write_role(write)
    live = method(:live_role)
    if write['action'] == 'create'
      ours = already(write, UserRole.find_by(name: write['name']), live)
      return ours if ours

      role = UserRole.new
    else
      role = row!(UserRole, write, live)
      return done(write['serverId']) if role.nil?

      outranked!(role)
    end
    entitled!
    keeping_owners(write) { write['action'] == 'delete' ? delete_role(role) : save_role(role, write) }
  end

  def save_role(role, write)
    fields = write['set']
    unknown = (fields['permissions'] || []) - UserRole::FLAGS.keys.map(&:to_s)
    if unknown.any?
      raise Refused.new('unknown-permission', "this server does not know the permission #{unknown.join(', ')}")
    end

    action = role.new_record? ? :create : :update
    role.current_account = @actor
    role.assign_attributes(fields.slice(*(ROLE_FIELDS & UserRole.column_names)))
    role.permissions_as_keys = fields['permissions'] if fields['permissions']
    too_low!(role)
    role.save!
    log(action, role)
    done(role.id, live_role(role))
  end

  def delete_role(role)
    if role.users.exists?
      raise Refused.new('role-held', "#{role.users.count} accounts hold the role #{role.name}: " \
                                     'first give them another role')
    end
    raise Refused.new('base-role', 'Mastodon cannot delete the base role (everyone)') if role.everyone?

    destroyed(role)
  end

  # Mastodon lets nobody grant more than they have: say so in words.
  def too_low!(record)
    return if record.valid?

    elevated = record.errors.details.values.flatten.any? { |detail| detail[:error] == :elevated }
    if elevated
      raise Refused.new('actor-too-low', "@#{@actor.username} has the role #{@actor.user.role.name}, " \
                                         "which is too low for this: #{record.errors.full_messages.join(', ')}")
    end

    raise ActiveRecord::RecordInvalid, record
  end

  def functional?(user)
    account = user.account
    user.confirmed? && user.approved? && !user.disabled? && !account.suspended? && !account.memorial? && !account.moved?
  end

  def owners
    roles = UserRole.all.select { |role| role.permissions.anybits?(UserRole::FLAGS[:administrator]) }
    User.where(role_id: roles.map(&:id)).includes(:account).count { |user| functional?(user) }
  end

  # At least one owner stays whatever is asked for. A number that is too low already may not get lower.
  def keeping_owners(write)
    minimum = [write.dig('guard', 'minimum_owners') || 1, 1].max
    before = owners
    result = yield
    after = owners
    if after < minimum && after < before
      raise Refused.new('minimum-owners', "only #{after} owners who can log in would be left, " \
                                          "but there must be #{minimum} (minimum_owners in policy.yaml)")
    end

    result
  end

  def write_role_of(write)
    account = Account.find_local(write['name'])
    user = account&.user
    raise Changed.new(nil) if user.nil? || (write['serverId'] && account.id.to_s != write['serverId'])

    user.lock!
    expect!(write, { 'role_id' => user.role_id&.to_s })
    wanted = write['action'] == 'delete' ? nil : role_with(write['set']['role_id'])
    if wanted.nil? && account.id == @actor.id
      raise Refused.new('own-role', "@#{account.username} is the account that Herdbook acts as, so it keeps its role")
    end

    outranked!(user.role) if user.role_id
    entitled!
    beyond!(wanted) if wanted

    keeping_owners(write) { change_role(user, wanted) }
    end_sessions(user) if wanted.nil?
    done(account.id, { role_id: wanted&.id&.to_s })
  end

  def role_with(id)
    UserRole.assignable.find_by(id: id) || raise(Refused.new('no-such-role', 'the server no longer has this role'))
  end

  # Mastodon's web interface refuses this; its models do not.
  def outranked!(role)
    own = @actor.user.role
    return if role.position <= own.position

    raise Refused.new('outranked', "Herdbook cannot change this: the role #{role.name} has the position " \
                                   "#{role.position}, but @#{@actor.username} (#{own.name}), the account that " \
                                   "Herdbook acts as, has only #{own.position}")
  end

  # Mastodon's web interface asks for this, too; its models do not.
  def entitled!
    own = @actor.user.role
    return if own.can?(:manage_roles)

    raise Refused.new('actor-lacks', "@#{@actor.username} (#{own.name}), the account that Herdbook acts as, " \
                                     'lacks the permission manage_roles')
  end

  # Nobody hands out what they may not do themselves.
  def beyond!(role)
    own = @actor.user.role
    lacks = permissions_of(role.permissions & ~own.computed_permissions)
    return if lacks.empty?

    raise Refused.new('actor-too-low', "@#{@actor.username} has the role #{own.name}, " \
                                       "which is too low for this: it lacks #{lacks.join(', ')}")
  end

  def change_role(user, role)
    user.current_account = @actor
    user.role = role
    too_low!(user)
    user.save!
    log(:change_role, user)
  end

  def end_sessions(user)
    user.session_activations.destroy_all
    user.revoke_access!
  end

  def live_rule(rule)
    translations = rule.translations.reload.to_h { |one| [one.language, { 'text' => one.text, 'hint' => one.hint }] }
    { 'text' => rule.text, 'hint' => rule.hint, 'translations' => translations }
  end

  def write_rule(write)
    if write['action'] == 'create'
      ours = already(write, Rule.kept.find_by(text: write['set']['text']), method(:live_rule))
      return ours if ours

      rule = Rule.new(priority: (Rule.kept.maximum(:priority) || -1) + 1)
    else
      rule = row!(Rule.kept, write, method(:live_rule))
      return done(write['serverId']) if rule.nil?
    end
    if write['action'] == 'delete'
      rule.discard!
      return done(rule.id)
    end
    translations = translations_for(rule, write['set']['translations'])
    fields = write['set'].slice('text', 'hint', 'priority')
    rule.assign_attributes(fields.merge(translations_attributes: translations))
    rule.save!
    done(rule.id, live_rule(rule))
  end

  def translations_for(rule, wanted)
    return [] if wanted.nil?

    present = rule.translations.index_by(&:language)
    gone = present.except(*wanted.keys).values.map { |one| { id: one.id, text: one.text, _destroy: true } }
    gone + wanted.map do |language, texts|
      { id: present[language]&.id, language: language, text: texts['text'], hint: texts['hint'] || '' }.compact
    end
  end

  # The rules named come in that order in the places that they have among them; rules that it doesn't name keep theirs.
  def write_rule_order(write)
    order = write['set']['order']
    rules = Rule.ordered.lock.to_a
    live = rules.map { |rule| rule.id.to_s }
    raise Changed.new({ order: live }) if (order - live).any?

    expect!(write, { 'order' => live })
    places = rules.map(&:priority)
    places = rules.each_index.to_a if places.uniq.size < places.size
    named = rules.select { |rule| order.include?(rule.id.to_s) }.sort_by { |rule| order.index(rule.id.to_s) }
    sorted = rules.map { |rule| order.include?(rule.id.to_s) ? named.shift : rule }
    sorted.zip(places) { |rule, place| rule.update!(priority: place) if rule.priority != place }
    done(nil, { order: order })
  end

  CONTACT = %w(site_contact_username site_contact_email).freeze

  def contact?(write)
    write['table'] == 'settings' && CONTACT.include?(write['name'])
  end

  def setting(key)
    row = Setting.find_by(var: key)
    row ? row.value : Setting.default_settings[key]
  end

  # Mastodon takes the two contact settings only together.
  def settings_write(writes)
    writes.each { |write| expect!(write, { 'value' => setting(write['name']) }) }
    values = writes.to_h { |write| [write['name'], write['set']['value']] }
    values = CONTACT.to_h { |key| [key, setting(key)] }.merge(values) if values.keys.intersect?(CONTACT)
    known = Form::AdminSettings::KEYS - Form::AdminSettings::UPLOAD_KEYS
    unknown = values.keys - known.map(&:to_s)
    raise Refused.new('unknown-setting', "this server has no setting #{unknown.join(', ')}") if unknown.any?

    texts = values.transform_values { |value| form_text(value) }
    form = saving_only(Form::AdminSettings.new(texts), writes.pluck('name'))
    raise Refused.new('refused-by-mastodon', form.errors.full_messages.join(', ')) unless form.save

    values.each do |key, value|
      stored = setting(key)
      next if plain(nil, stored) == plain(nil, value)

      raise Refused.new('not-stored', "the server did not store the setting #{key} as Herdbook sent it")
    end
    writes.map { |write| done(nil, { value: setting(write['name']) }) }
  end

  # Mastodon's form saves whatever it holds, and that is also what its validations looked at: it forgets that before it
  # saves.
  def saving_only(form, names)
    others = Form::AdminSettings::KEYS.map(&:to_s) - names
    form.define_singleton_method(:valid?) do |*given|
      super(*given).tap do
        others.map { |key| "@#{key}" }.each do |held|
          remove_instance_variable(held) if instance_variable_defined?(held)
        end
      end
    end
    form
  end

  # The form knows what a browser sends: text, and 1 or 0 for a checkbox.
  def form_text(value)
    case value
    when true then '1'
    when false then '0'
    else value.to_s
    end
  end

  def live_terms(terms)
    {
      'text' => terms.text, 'changelog' => terms.changelog, 'effective_date' => terms.effective_date&.iso8601,
      'notified' => terms.notification_sent_at.present?
    }
  end

  def write_terms(write)
    raise Refused.new('no-delete', 'Mastodon cannot take back published terms') if write['action'] == 'delete'

    set = write['set']
    terms = if write['action'] == 'update'
              row!(TermsOfService.published, write, method(:live_terms))
            else
              TermsOfService.published.find_by(effective_date: set['effective_date'])
            end
    if terms && write['action'] == 'create'
      already(write, terms, method(:live_terms))
    elsif terms.nil?
      terms = TermsOfService.create!(set.slice('text', 'changelog', 'effective_date').merge(published_at: Time.now.utc))
      log(:publish, terms)
    end
    notify(terms) if set['notify_members'] == true && terms.notification_sent_at.nil?
    done(terms.id, live_terms(terms))
  end

  def notify(terms)
    terms.touch(:notification_sent_at)
    later { Admin::DistributeTermsOfServiceNotificationWorker.perform_async(terms.id) }
  end

  TABLES = {
    'domain_blocks' => method(:write_domain_block),
    'email_domain_blocks' => method(:write_email_domain_block),
    'ip_blocks' => method(:write_ip_block),
    'roles' => method(:write_role),
    'role_of' => method(:write_role_of),
    'rules' => method(:write_rule),
    'rule_order' => method(:write_rule_order),
    'settings' => ->(write) { settings_write([write]).first },
    'terms_of_services' => method(:write_terms),
  }.freeze
end
