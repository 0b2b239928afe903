# Domain blocks, written as Mastodon's own API writes them.
module Herdbook
  module_function

  BLOCK_FIELDS = %w(severity reject_media reject_reports private_comment public_comment obfuscate).freeze

  def live_domain_block(row)
    row.attributes.slice('domain', *BLOCK_FIELDS)
  end

  def create_domain_blocks(writes)
    results = Array.new(writes.size)
    blocks = {}
    DomainBlock.transaction do
      present = DomainBlock.where(domain: writes.pluck('name')).index_by(&:domain)
      consented = writes.select { |write| write['consent'] }
      severed = severed_by(consented.map { |write| [write['name'], write['set']['severity']] })
      writes.each_with_index do |write, index|
        results[index] = results_of([write]) do
          ours = already(write, present[write['name']], method(:live_domain_block))
          next [ours] if ours

          consent!(write, severed)
          block = DomainBlock.new(write['set'].slice(*BLOCK_FIELDS).merge(domain: write['name']))
          block.validate!
          blocks[index] = block
          [nil]
        end.first
      end
      insert_domain_blocks(blocks).each { |index, id| results[index] = done(id) } if blocks.any?
    end
    settle_domain_blocks(blocks.values.map { |block| { 'id' => block.domain, 'fields' => {} } }) if blocks.any?
    results
  end

  def insert_domain_blocks(blocks)
    now = Time.now.utc
    stamps = { created_at: now, updated_at: now }
    rows = blocks.values.map { |block| block.attributes.except('id').merge(stamps.stringify_keys) }
    ids = DomainBlock.insert_all!(rows, returning: %w(domain id)).rows.to_h
    entry = { account_id: @actor.id, action: 'create', target_type: 'DomainBlock' }.merge(stamps)
    entries = ids.map { |domain, id| entry.merge(target_id: id, human_identifier: domain) }
    Admin::ActionLog.insert_all!(entries)
    blocks.transform_values { |block| ids.fetch(block.domain) }
  end

  # Counted by the same query that the plan read, at this moment, and with more patience: without a number nothing is
  # severed.
  def severed_by(wanted)
    return {} if wanted.empty?

    measure = wanted.map { |domain, severity| { domain: domain, severity: severity } }
    document = read({ tables: ['impact'], accounts: [], measure: measure, seconds: 300 })
    rows = document['tables']['impact']
    if rows.nil?
      raise Refused.new('unmeasured', 'Herdbook could not count whom the blocks affect: ' \
                                      "#{document['unknown']['impact']}")
    end

    rows.to_h { |row| [row['domain'], row['follows'] + row['followers']] }
  end

  def consent!(write, severed)
    count = severed.fetch(write['name'], 0)
    return if write['consent'].nil? || count <= write['consent']

    raise Refused.new('consent-exceeded', "#{write['name']}: the block would remove #{count} follow relations, " \
                                          "but the file accepts only #{write['consent']}")
  end

  def write_domain_block(write)
    block = row!(DomainBlock, write, method(:live_domain_block))
    return done(write['serverId']) if block.nil?

    if write['action'] == 'delete'
      UnblockDomainService.new.call(block)
      log(:destroy, block)
      return done(block.id)
    end
    consent!(write, severed_by([[block.domain, write['set']['severity'] || block.severity]])) if write['consent']
    block.update!(write['set'].slice(*BLOCK_FIELDS))
    raised = block.severity_previously_changed?
    log(:update, block)
    later { DomainBlockWorker.perform_async(block.id, raised) }
    done(block.id, live_domain_block(block))
  end

  # A block that was never written, or that somebody has changed since, owes nothing: its worker would do again what it
  # was before.
  def settle_domain_blocks(owed)
    blocks = DomainBlock.where(domain: owed.pluck('id')).index_by(&:domain)
    due = owed.filter_map do |one|
      block = blocks[one['id']]
      [block.id, one['action'] == 'update'] if block && one['fields'].all? { |field, value| block[field] == value }
    end
    Instance.refresh
    DomainBlockWorker.perform_bulk(due) if due.any?
    due.size
  end

  WRITES['domain_blocks'] = method(:write_domain_block)
  # Many new ones go in as one batch.
  BATCHES << [
    ->(write) { write['table'] == 'domain_blocks' && write['action'] == 'create' }, method(:create_domain_blocks)
  ]
  SETTLE['domain-block'] = method(:settle_domain_blocks)
end
