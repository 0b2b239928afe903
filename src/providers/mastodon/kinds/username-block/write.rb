# Username blocks, which Mastodon has from 4.5.
module Herdbook
  module_function

  USERNAME_FIELDS = %w(exact allow_with_approval).freeze

  def live_username_block(row)
    row.attributes.slice('username', *USERNAME_FIELDS)
  end

  def write_username_block(write)
    live = method(:live_username_block)
    fields = write['set'].slice(*USERNAME_FIELDS)
    if write['action'] == 'create'
      # The index takes no second one that differs in capitals only; the model does not look.
      return already(write, UsernameBlock.find_by('lower(username) = lower(?)', write['name']), live) ||
             created(UsernameBlock.create!(fields.merge(username: write['name'])), live)
    end
    row = row!(UsernameBlock, write, live)
    return done(write['serverId']) if row.nil?
    # A username can be changed in place: the row may be about another one by now.
    raise Changed.new(live.call(row)) if row.username.downcase(:ascii) != write['name']
    return destroyed(row) if write['action'] == 'delete'

    row.update!(fields)
    log(:update, row)
    done(row.id, live_username_block(row))
  end

  WRITES['username_blocks'] = method(:write_username_block)
end
