# IP blocks.
module Herdbook
  module_function

  IP_FIELDS = %w(severity comment expires_at).freeze

  def live_ip_block(row)
    {
      'ip' => "#{row.ip}/#{row.ip.prefix}", 'severity' => row.severity, 'comment' => row.comment,
      'expires_at' => iso(row.expires_at)
    }
  end

  def write_ip_block(write)
    live = method(:live_ip_block)
    fields = write['set'].slice(*IP_FIELDS)
    if write['action'] == 'create'
      return already(write, IpBlock.find_by(ip: write['name']), live) ||
             created(IpBlock.create!(fields.merge(ip: write['name'])), live)
    end
    row = row!(IpBlock, write, live)
    return done(write['serverId']) if row.nil?
    # An address can be changed in place: the row may be about another one by now.
    raise Changed.new(live.call(row)) if IPAddr.new(write['name']).to_range != row.ip.to_range
    return destroyed(row) if write['action'] == 'delete'

    row.update!(fields)
    log(:update, row)
    done(row.id, live_ip_block(row))
  end

  WRITES['ip_blocks'] = method(:write_ip_block)
end
