# Who holds a role.
module Herdbook
  module_function

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

  WRITES['role_of'] = method(:write_role_of)
end
