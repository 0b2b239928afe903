# The order of the rules.
module Herdbook
  module_function

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

  WRITES['rule_order'] = method(:write_rule_order)
end
