# E-mail domain blocks.
module Herdbook
  module_function

  def live_email_domain_block(row)
    row.attributes.slice('domain', 'allow_with_approval')
  end

  def write_email_domain_block(write)
    live = method(:live_email_domain_block)
    if write['action'] == 'create'
      fields = write['set'].slice('allow_with_approval')
      return already(write, EmailDomainBlock.find_by(domain: write['name']), live) ||
             created(EmailDomainBlock.create!(fields.merge(domain: write['name'])), live)
    end
    raise Refused.new('no-update', 'Mastodon cannot change an e-mail domain block') if write['action'] == 'update'

    row = row!(EmailDomainBlock, write, live)
    row ? destroyed(row) : done(write['serverId'])
  end

  WRITES['email_domain_blocks'] = method(:write_email_domain_block)
end
