# Roles: what the API can't write.
module Herdbook
  module_function

  ROLE_FIELDS = %w(name color position highlighted require_2fa collection_limit).freeze

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

  WRITES['roles'] = method(:write_role)
end
