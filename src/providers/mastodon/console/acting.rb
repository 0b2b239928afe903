# What the account that acts may do, and the owners that must stay.
module Herdbook
  module_function

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
end
