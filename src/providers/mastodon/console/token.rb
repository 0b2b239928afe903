# The bot: its role, its account, its application and a token. The token goes back over the protocol and is printed
# nowhere.
module Herdbook
  module_function

  def token_create(request)
    User.transaction do
      made = []
      user = bot(request['username'], bot_role(request['role'], made), made)
      # Where nobody is there yet to act, the bot itself does.
      made.each { |action, target| log(action, target, @actor&.user ? @actor : user.account) }
      application = Doorkeeper::Application.find_by(name: request['application'], owner_id: nil) ||
                    Doorkeeper::Application.new(name: request['application'])
      scopes = application.scopes.to_a | request['scopes']
      application.update!(redirect_uri: 'urn:ietf:wg:oauth:2.0:oob', scopes: scopes.join(' '))
      token = Doorkeeper::AccessToken.create!(
        application_id: application.id, resource_owner_id: user.id, scopes: request['scopes'].join(' '), expires_in: nil
      )
      { token: token.token, username: user.account.username, role: user.role.name }
    end
  end

  def bot_role(wanted, made)
    role = UserRole.find_by(name: wanted['name'])
    return role if role

    role = UserRole.new(name: wanted['name'], position: wanted['position'])
    role.permissions_as_keys = wanted['permissions']
    role.save!
    made << [:create, role]
    role
  end

  # An account that is a person's, or holds another role, is never turned into the bot.
  def bot(username, role, made)
    account = Account.find_local(username)
    if account
      return account.user if account.user && account.user.role_id == role.id

      raise Refused.new('not-the-bot', "@#{username} already exists and does not have the role of this bot")
    end
    account = Account.new(username: username, bot: true)
    account.save!(validate: false)
    user = User.new(
      email: "#{username}@#{Rails.configuration.x.local_domain}", password: SecureRandom.hex(32),
      account: account, role: role,
      agreement: true, bypass_registration_checks: true, confirmed_at: Time.now.utc
    )
    user.skip_confirmation!
    # no mail is ever sent to it: its domain needs no mail server
    user.save!(validate: false)
    # sign-up decides about approval by itself, whatever it is told
    user.update_columns(approved: true)
    made << [:change_role, user]
    user
  end

  # Destroyed, not revoked: a revoked token stays in the table for good.
  def token_destroy(token)
    found = Doorkeeper::AccessToken.find_by(token: token)
    found&.destroy!
    { destroyed: !found.nil? }
  end
end

Herdbook.serve
